// Text without regard to ASCII case, eight characters at a time, is the same as one at a time.
#include <doctest/doctest.h>

#include <random>
#include <string>
#include <utility>

#include "engine/core/fixed_text.h"
#include "engine/core/text.h"

using namespace hubproof;

namespace {

int by_characters(std::string_view a, std::string_view b) {
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    const auto x = static_cast<unsigned char>(text::to_lower(a[i]));
    const auto y = static_cast<unsigned char>(text::to_lower(b[i]));
    if (x != y) return x < y ? -1 : 1;
  }
  return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

}  // namespace

TEST_CASE("case: every byte is lowered as the letters A to Z only") {
  for (int c = 0; c < 256; ++c) {
    const std::string one(8, static_cast<char>(c));
    const bool is_upper = c >= 'A' && c <= 'Z';
    CAPTURE(c);
    CHECK(text::equals(one, text::lower(one)));
    CHECK((text::lower(one) != one) == is_upper);
    CHECK(text::hash(one) == text::hash(text::lower(one)));
  }
  CHECK_FALSE(text::equals("@@@@@@@@", "````````"));
  CHECK_FALSE(text::equals("[[[[[[[[", "{{{{{{{{"));
  CHECK_FALSE(text::equals("\xC1\xC1\xC1\xC1\xC1\xC1\xC1\xC1", "\xE1\xE1\xE1\xE1\xE1\xE1\xE1\xE1"));
}

TEST_CASE("order, equality and hash agree with the comparison of single characters") {
  std::mt19937 random(20261123);
  const std::string alphabet = "aAbBzZ@[`{/\x7f\xc1\xe1";
  for (int round = 0; round < 20000; ++round) {
    std::string a(random() % 20, 'x');
    for (char& c : a) c = alphabet[random() % alphabet.size()];
    std::string b = random() % 2 == 0 ? text::lower(a) : a;
    if (!b.empty() && random() % 2 == 0) b[random() % b.size()] = alphabet[random() % alphabet.size()];
    if (random() % 4 == 0) b += 'q';
    CAPTURE(a);
    CAPTURE(b);
    REQUIRE(text::compare(a, b) == by_characters(a, b));
    REQUIRE(text::equals(a, b) == (by_characters(a, b) == 0));
    if (by_characters(a, b) == 0) REQUIRE(text::hash(a) == text::hash(b));
  }
}

TEST_CASE("nearest: a misspelt word finds its neighbour, a strange one finds nothing") {
  const std::string_view words[] = {"hubs", "spokes", "firewalls"};
  CHECK(text::nearest("spoke", words, 3) == "spokes");
  CHECK(text::nearest("fierwalls", words, 3) == "firewalls");
  CHECK(text::nearest("zebra", words, 3).empty());
}

TEST_CASE("printable: nothing that a terminal acts on passes") {
  CHECK(text::printable("a\x1b[31mb") == "a\\x1b[31mb");
  CHECK(text::printable("a\nb\x7f") == "a\\x0ab\\x7f");
  CHECK(text::printable("\xc2\x9b!") == "\\xc2\\x9b!");
  CHECK(text::printable("\xc3\xa9") == "\xc3\xa9");
}

TEST_CASE("FixedText refers to literals and owns any other text") {
  text::FixedText literal = "Disabled";
  CHECK(literal == "Disabled");
  std::string word = "10.0.0.0/8 -> firewall";
  const text::FixedText owned = word;
  word.assign(word.size(), 'x');
  CHECK(owned == "10.0.0.0/8 -> firewall");

  text::FixedText copy = owned;
  const text::FixedText moved = std::move(copy);
  CHECK(moved == owned);
  copy = literal;
  CHECK(copy == literal);
  copy = std::as_const(copy);
  CHECK(copy == "Disabled");
  copy.clear();
  CHECK(copy.empty());
  CHECK(copy == "");
  CHECK(text::FixedText(std::string("a\0b", 3)).view().size() == 3);
  CHECK(text::FixedText("a") < text::FixedText("b"));
  CHECK(fmt::format("{:>4}", text::FixedText("on")) == "  on");
}
