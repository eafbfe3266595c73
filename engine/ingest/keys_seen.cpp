#include "engine/ingest/keys_seen.h"

#include "engine/core/text.h"

namespace hubproof::ingest {

bool KeysSeen::holds(std::string_view key) const {
  for (std::size_t i = 0; i < count_; ++i) {
    if (few_[i].size() == key.size() && text::equals(few_[i], key)) return true;
  }
  for (const std::string_view seen : more_) {
    if (text::equals(seen, key)) return true;
  }
  return false;
}

bool KeysSeen::add_slowly(std::string_view key) {
  if (holds(key)) return false;
  more_.push_back(key);
  return true;
}

}  // namespace hubproof::ingest
