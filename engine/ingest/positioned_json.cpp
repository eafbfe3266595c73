#include "engine/ingest/positioned_json.h"

#include <fmt/format.h>

#include <iterator>
#include <vector>

#include "engine/core/text.h"
#include "engine/ingest/structure.h"

namespace hubproof::ingest {
namespace {

using nlohmann::json;

/// Feeds the parser and lets the handler see how far it is.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, std::size_t* count) : at_(at), count_(count) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_;
    ++*count_;
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  friend bool operator!=(const CountingIterator& a, const CountingIterator& b) { return a.at_ != b.at_; }

 private:
  const char* at_;
  std::size_t* count_;
};

/// Builds the value, or only checks the text when `root` is null.
class Builder {
 public:
  using number_integer_t = json::number_integer_t;
  using number_unsigned_t = json::number_unsigned_t;
  using number_float_t = json::number_float_t;
  using string_t = json::string_t;
  using binary_t = json::binary_t;

  Builder(std::string_view text, const std::size_t& read, json* root)
      : lines_(text), size_(text.size()), read_(read), root_(root) {}

  bool null() { return put(nullptr); }
  bool boolean(bool value) { return put(value); }
  bool number_integer(number_integer_t value) { return put(value); }
  bool number_unsigned(number_unsigned_t value) { return put(value); }
  bool number_float(number_float_t value, const string_t& text) {
    const bool is_whole = text.find_first_of(".eE") == string_t::npos;
    return is_whole ? put(text) : put(value);
  }
  bool string(string_t& value) { return put(std::move(value)); }
  bool binary(binary_t&) { return true; }
  bool key(string_t& name) {
    if (root_ == nullptr) return true;
    json& object = *open_.back();
    if (object.contains(name)) object[kRepeatedKey] = name;
    slot_ = &object[name];
    return true;
  }
  bool start_object(std::size_t) { return start(json::object()); }
  bool start_array(std::size_t) { return start(json::array()); }
  bool end_object() { return end(); }
  bool end_array() { return end(); }
  bool parse_error(std::size_t position, const std::string&, const json::exception& error) {
    damage_.emplace();
    damage_->offset = position == 0 ? 0 : std::min(position - 1, size_);
    damage_->is_cut_off = position > size_;
    std::string_view what = error.what();
    // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while ...": the place is told
    // apart.
    const std::size_t colon = what.find(": ");
    if (colon != std::string_view::npos) what.remove_prefix(colon + 2);
    damage_->message = text::printable(what.substr(0, 200));
    return false;
  }
  std::optional<JsonDamage> damage() const { return damage_; }

 private:
  json* place(json value) {
    if (open_.empty()) return &(*root_ = std::move(value));
    json& parent = *open_.back();
    if (parent.is_array()) return &parent.emplace_back(std::move(value));
    return &(*slot_ = std::move(value));
  }
  bool put(json value) {
    if (root_ != nullptr) place(std::move(value));
    return true;
  }
  bool start(json value) {
    if (++depth_ > kDeepest) {
      damage_.emplace();
      damage_->offset = read_ - 1;
      damage_->is_too_deep = true;
      damage_->message = fmt::format("values nest deeper than {} levels", kDeepest);
      return false;
    }
    if (root_ == nullptr) return true;
    if (value.is_object()) value[kLineKey] = lines_.line_of(read_ - 1);
    open_.push_back(place(std::move(value)));
    return true;
  }
  bool end() {
    --depth_;
    if (root_ != nullptr) open_.pop_back();
    return true;
  }

  LineCounter lines_;
  std::size_t size_;
  const std::size_t& read_;
  json* root_;
  json* slot_ = nullptr;
  std::vector<json*> open_;
  std::size_t depth_ = 0;
  std::optional<JsonDamage> damage_;
};

std::optional<JsonDamage> run(std::string_view document, json* root) {
  std::size_t read = 0;
  Builder builder(document, read, root);
  const CountingIterator begin(document.data(), &read);
  std::size_t ignored = 0;
  const CountingIterator end(document.data() + document.size(), &ignored);
  json::sax_parse(begin, end, &builder);
  return builder.damage();
}

}  // namespace

PositionedJson parse_positioned(std::string_view document) {
  PositionedJson out;
  out.damage = run(document, &out.value);
  return out;
}

std::optional<JsonDamage> find_damage(std::string_view document) { return run(document, nullptr); }

void strip_positions(json& value) {
  if (value.is_object()) {
    value.erase(kLineKey);
    value.erase(kRepeatedKey);
  }
  if (value.is_structured()) {
    for (json& part : value) strip_positions(part);
  }
}

}  // namespace hubproof::ingest
