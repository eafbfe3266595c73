#include "engine/proof/transit_key.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace hubproof::proof {
namespace {

/// A prefix with the estate's own blocks renamed.
struct Renamed {
  std::uint8_t block = 0;  // 0: no block of the estate holds it; else 1 + the block
  std::uint32_t base = 0;  // offset in the block, or the literal base
  std::uint8_t length = 0;
  std::uint16_t contains = 0;  // bit n: holds block n
  friend auto operator<=>(const Renamed&, const Renamed&) = default;
};

class Renaming {
 public:
  Renaming(const model::View& view, const model::SpokeRole& spoke);
  Renamed of(Prefix prefix) const;
  const std::vector<Prefix>& blocks() const { return blocks_; }

 private:
  std::vector<Prefix> blocks_;
};

// More blocks than the mask holds, or blocks that overlap: nothing is renamed, and the class is smaller.
constexpr std::size_t kMaxBlocks = 16;

Renaming::Renaming(const model::View& view, const model::SpokeRole& spoke) {
  const auto add = [&](model::VnetIndex vnet) {
    const auto& space = view.estate.tables().virtual_networks[vnet.index()].address_space;
    blocks_.insert(blocks_.end(), space.begin(), space.end());
  };
  add(spoke.vnet);
  for (const model::VnetIndex hub : spoke.hubs) add(hub);
  bool is_clear = blocks_.size() <= kMaxBlocks;
  for (std::size_t i = 0; is_clear && i < blocks_.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) is_clear = is_clear && !blocks_[i].overlaps(blocks_[j]);
  }
  if (!is_clear) blocks_.clear();
}

Renamed Renaming::of(Prefix prefix) const {
  Renamed out{0, prefix.base().bits(), static_cast<std::uint8_t>(prefix.length()), 0};
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    if (blocks_[i].contains(prefix)) {
      out.block = static_cast<std::uint8_t>(i + 1);
      out.base = prefix.base().bits() - blocks_[i].base().bits();
      return out;
    }
    if (prefix.contains(blocks_[i])) out.contains = static_cast<std::uint16_t>(out.contains | (1U << i));
  }
  return out;
}

class Writer {
 public:
  explicit Writer(const Renaming& renaming) : renaming_(renaming) { out_.reserve(2048); }
  void byte(std::size_t value) { out_.push_back(static_cast<char>(static_cast<unsigned char>(value))); }
  void number(std::size_t value) {
    for (unsigned shift = 0; shift < 32; shift += 8) byte((value >> shift) & 0xffU);
  }
  void prefix(Prefix value);
  void prefixes(const std::vector<Prefix>& list) {
    number(list.size());
    for (const Prefix& value : list) prefix(value);
  }
  void question(const Question& question);
  std::string take() { return std::move(out_); }

 private:
  const Renaming& renaming_;
  std::string out_;
};

void Writer::prefix(Prefix value) {
  const Renamed renamed = renaming_.of(value);
  byte(renamed.block);
  number(renamed.base);
  byte(renamed.length);
  byte(renamed.contains & 0xffU);
  byte(renamed.contains >> 8U);
}

void Writer::question(const Question& question) {
  byte((question.way == net::Bypass::Way::leaves ? 0U : 1U) | (question.may_be_silent ? 2U : 0U));
  number(question.doubts.size());
  number(question.candidates.size());
  for (const Candidate& candidate : question.candidates) {
    prefix(candidate.prefix);
    byte(static_cast<std::size_t>(candidate.source));
    byte(static_cast<std::size_t>(candidate.harm));
    byte((candidate.is_kept ? 1U : 0U) | (candidate.is_certain ? 2U : 0U) | (candidate.is_internet ? 4U : 0U) |
         (candidate.firewall != kNowhere ? 8U : 0U));
    byte(candidate.tag_rank);
    number(candidate.zone);
    number(candidate.firewall_route);
  }
  number(question.zones.size());
  for (const Zone* zone : question.zones) prefixes(zone->prefixes);
}

/// Orders candidates that comes_first() calls equal by their renamed prefix.
void settle_order(Question& question, const Renaming& renaming) {
  const std::size_t size = question.candidates.size();
  std::vector<Renamed> names(size);
  for (std::size_t i = 0; i < size; ++i) names[i] = renaming.of(question.candidates[i].prefix);
  std::vector<std::size_t> order(size);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const Candidate& x = question.candidates[a];
    const Candidate& y = question.candidates[b];
    if (comes_first(x, y) || comes_first(y, x)) return comes_first(x, y);
    if (names[a] != names[b]) return names[a] < names[b];
    return x.harm < y.harm;
  });
  std::vector<Candidate> sorted;
  sorted.reserve(size);
  for (const std::size_t index : order) sorted.push_back(question.candidates[index]);
  question.candidates = std::move(sorted);
  for (std::uint32_t i = 0; i < size; ++i) {
    Candidate& candidate = question.candidates[i];
    if (candidate.firewall == kNowhere) continue;
    std::uint32_t first = 0;
    while (question.candidates[first].firewall != candidate.firewall) ++first;
    candidate.firewall_route = first;
  }
}

}  // namespace

std::string class_key(const model::View& view, const model::SpokeRole& spoke, SpokeQuestions& questions) {
  const Renaming renaming(view, spoke);
  Writer writer(renaming);
  writer.number(renaming.blocks().size());
  for (const Prefix& block : renaming.blocks()) writer.byte(static_cast<std::size_t>(block.length()));
  writer.prefixes(view.designations.direct);
  writer.number(questions.doubts.size());
  writer.number(questions.entries.size());
  writer.number(questions.questions.size());
  const std::vector<Prefix>* within = nullptr;
  for (Question& question : questions.questions) {
    settle_order(question, renaming);
    writer.question(question);
    // The same for every question that has one: the spoke's subnets.
    if (!question.within.empty()) within = &question.within;
  }
  if (within != nullptr) writer.prefixes(*within);
  return writer.take();
}

}  // namespace hubproof::proof
