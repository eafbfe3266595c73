#include "engine/ingest/kinds/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cassert>

#include "engine/ingest/kinds.h"
#include "engine/model/firewall.h"
#include "engine/value/arm_id.h"

namespace hubproof::ingest {

bool read_common(std::string_view key, Cursor value, model::Entity& entity) {
  if (is(key, "provisioningState")) {
    if (!is_settled(value)) entity.is_settled = false;  // a child may have said so before
    return true;
  }
  return is_one_of(key, {"resourceGuid", "etag"});
}

std::optional<Ipv4> read_address(Cursor value) {
  std::optional<Ipv4> v4;
  std::optional<Ipv6> v6;
  read_address(value, v4, v6);
  return v4;
}

void read_address(Cursor value, std::optional<Ipv4>& v4, std::optional<Ipv6>& v6) {
  const std::optional<std::string_view> text = value.text();
  if (!text || text->empty()) return;
  const Result<Ipv4> four = Ipv4::parse(*text);
  const Result<Ipv6> six = Ipv6::parse(*text);
  if (four) v4 = *four;
  if (six) v6 = *six;
  if (!four && !six) value.unread(four.error().message);
}

bool read_is_v6(Cursor value) {
  const std::optional<std::string_view> word = value.text();
  if (!word || word->empty() || text::equals(*word, "IPv4")) return false;
  if (!text::equals(*word, "IPv6")) value.unread(std::string(*word));
  return text::equals(*word, "IPv6");
}

void append_addresses(Cursor array, std::vector<Ipv4>& out) {
  array.array([&](Cursor element) {
    if (const std::optional<Ipv4> address = read_address(element)) out.push_back(*address);
  });
}

std::optional<AnyPrefix> read_prefix(Cursor value) {
  const std::optional<std::string_view> text = value.text();
  if (!text || text->empty()) return std::nullopt;
  const Result<AnyPrefix> prefix = parse_any_prefix(*text);
  if (prefix) return *prefix;
  value.unread(prefix.error().message);
  return std::nullopt;
}

void append_texts(Cursor array, std::vector<std::string>& out) {
  array.array([&](Cursor element) {
    const std::optional<std::string_view> text = element.text();
    if (text && !text->empty()) out.emplace_back(*text);
  });
}

bool append_private_range(std::string_view text, std::vector<Prefix>& out) {
  if (text::equals(text, "IANAPrivateRanges")) {
    out.insert(out.end(), std::begin(model::kDefaultPrivateRanges), std::end(model::kDefaultPrivateRanges));
    return true;
  }
  const Result<Prefix> prefix = Prefix::parse(text);
  if (prefix) out.push_back(*prefix);
  return prefix.has_value();
}

std::string lower_text(Cursor value) { return text::lower(value.text().value_or("")); }

std::vector<Prefix> split_range(Ipv4 first, Ipv4 last) {
  std::vector<Prefix> out;
  std::uint64_t at = first.bits();
  const std::uint64_t end = std::uint64_t{last.bits()} + 1;
  while (at < end) {
    // The largest block that starts here: bounded by the alignment of the start and by what is left.
    const int aligned = at == 0 ? 32 : std::countr_zero(at);
    const int fitting = static_cast<int>(std::bit_width(end - at)) - 1;
    const int bits = std::min(std::min(aligned, fitting), 32);
    out.push_back(Prefix::around(Ipv4(static_cast<std::uint32_t>(at)), 32 - bits));
    at += std::uint64_t{1} << static_cast<unsigned>(bits);
  }
  return out;
}

std::optional<AddressRange> parse_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos || text.empty() || text[0] < '0' || text[0] > '9') return std::nullopt;
  const Result<Ipv4> first = Ipv4::parse(text::trim(text.substr(0, dash)));
  const Result<Ipv4> last = Ipv4::parse(text::trim(text.substr(dash + 1)));
  if (!first || !last || *last < *first) return std::nullopt;
  return AddressRange{*first, *last};
}

model::AddressTerm make_term(ReadContext& context, std::string_view text) {
  using Kind = model::AddressTerm::Kind;
  model::AddressTerm term;
  if (text == "*") return term;
  const char first = text.empty() ? '\0' : text[0];
  if (first >= '0' && first <= '9' && text.find(':') == std::string_view::npos) {
    const Result<Prefix> prefix = Prefix::parse(text);
    if (prefix) {
      term.kind = Kind::prefix;
      term.prefix = *prefix;
      return term;
    }
  } else if (text.find(':') != std::string_view::npos) {
    if (const Result<Prefix6> prefix = Prefix6::parse(text)) {
      term.kind = Kind::prefix6;
      term.index = intern_prefix(context, *prefix);
      return term;
    }
  } else if ((first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z')) {
    term.kind = Kind::tag;
    term.index = intern_tag(context, text);
    return term;
  }
  term.kind = Kind::unread;
  term.index = intern_tag(context, text::printable(text.substr(0, 80)));
  return term;
}

std::optional<PortRange> read_ports(Cursor value) {
  const std::optional<std::string_view> text = value.text();
  if (!text || text->empty()) return std::nullopt;
  const Result<PortRange> ports = PortRange::parse(*text);
  if (ports) return *ports;
  value.unread(ports.error().message);
  return std::nullopt;
}

std::optional<Protocol> read_protocol(Cursor value) {
  const std::optional<std::string_view> word = value.text();
  if (!word) return std::nullopt;
  if (*word == "*" || is(*word, "Any")) return Protocol::any;
  if (is(*word, "Tcp")) return Protocol::tcp;
  if (is(*word, "Udp")) return Protocol::udp;
  if (is(*word, "Icmp")) return Protocol::icmp;
  if (is(*word, "Esp")) return Protocol::esp;
  if (is(*word, "Ah")) return Protocol::ah;
  value.unread(std::string(*word));
  return std::nullopt;
}

DemandedLists::DemandedLists(Cursor properties, std::initializer_list<std::string_view> keys) {
  assert(keys.size() <= kMost);
  if (properties.type() == simdjson::ondemand::json_type::object) std::copy(keys.begin(), keys.end(), missing_.begin());
}

void DemandedLists::see(std::string_view key, Cursor value) {
  for (std::string_view& wanted : missing_) {
    if (!wanted.empty() && is(key, wanted) && value.type() != simdjson::ondemand::json_type::null) wanted = {};
  }
}

void DemandedLists::tell(model::Entity& entity) const {
  if (!entity.unread.empty()) return;
  for (const std::string_view wanted : missing_) {
    if (!wanted.empty()) entity.unread.push_back({fmt::format("/properties/{}", wanted), "absent"});
  }
}

std::string_view extended_resource(std::string_view id) {
  constexpr std::string_view kProviders = "/providers/";
  std::size_t last = std::string_view::npos;
  std::size_t count = 0;
  for (std::size_t at = 0; at + kProviders.size() <= id.size(); ++at) {
    if (!text::equals(id.substr(at, kProviders.size()), kProviders)) continue;
    last = at;
    ++count;
  }
  return count < 2 ? std::string_view() : id.substr(0, last);
}

model::ResourceId parent_of(ReadContext& context, model::ResourceId id) {
  if (!id.is_set()) return {};
  const std::string_view parent = arm_parent(context.snapshot.ids.spelling(id));
  return parent.empty() ? model::ResourceId() : context.snapshot.ids.intern(parent);
}

model::ResourceId child_id(ReadContext& context, model::ResourceId parent, std::string_view collection,
                           const Child& child) {
  if (!child.id.empty()) return intern_id(context, child.id);
  std::string id(context.snapshot.ids.spelling(parent));
  id += '/';
  id += collection;
  id += '/';
  id += child.name;
  return context.snapshot.ids.intern(id);
}

std::string host_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  return text::lower(url.substr(0, url.find_first_of(":/?#")));
}

}  // namespace hubproof::ingest
