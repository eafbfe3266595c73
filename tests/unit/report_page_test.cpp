// How text is made fit for a terminal.
#include <doctest/doctest.h>

#include "engine/report/names.h"
#include "engine/report/page.h"

using namespace hubproof;
using namespace hubproof::report;

TEST_CASE("text of the input cannot steer a terminal or hide in it") {
  struct Row {
    std::string why, text, expected;
    bool ascii;
  };
  const Row rows[] = {
      {"an escape sequence is shown, not obeyed", "a\x1b[31mb", "a\\x1b[31mb", false},
      {"a line end is shown", "a\nb", "a\\x0ab", false},
      {"a right-to-left override is shown",
       "a\xE2\x80\xAE"
       "b",
       "a\\u202eb", false},
      {"a zero-width space is shown",
       "a\xE2\x80\x8B"
       "b",
       "a\\u200bb", false},
      {"an isolate is shown", "\xE2\x81\xA6", "\\u2066", false},
      {"an ordinary dash of the same block stays",
       "a\xE2\x80\x93"
       "b",
       "a\xE2\x80\x93"
       "b",
       false},
      {"letters beyond ASCII stay", "Z\xC3\xBCrich", "Z\xC3\xBCrich", false},
      {"the ASCII style shows them as one question mark", "Z\xC3\xBCrich", "Z?rich", true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    TextStyle style;
    style.ascii = row.ascii;
    CHECK(shown(row.text, style) == row.expected);
  }
}

TEST_CASE("paragraphs are broken at blanks, hang under their lead and keep long words whole") {
  CHECK(wrap("one two three", 9, "- ", "  ") == "- one two\n  three");
  CHECK(wrap("aaaaaaaaaaaaaaaa b", 8, "", "") == "aaaaaaaaaaaaaaaa\nb");
  CHECK(wrap("", 8, "- ", "  ") == "- ");
  CHECK(wrap("\xC3\xBC\xC3\xBC \xC3\xBC\xC3\xBC", 5, "", "") == "\xC3\xBC\xC3\xBC \xC3\xBC\xC3\xBC");
}

TEST_CASE("colour is an escape sequence that takes no columns, and is there only when asked for") {
  TextStyle plain;
  CHECK(paint("bad", Ink::red, plain) == "bad");
  TextStyle colored;
  colored.color = true;
  const std::string red = paint("bad", Ink::red, colored);
  CHECK(red != "bad");
  CHECK(columns(red) == 3);
}

TEST_CASE("numbers are grouped in thousands") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1,000");
  CHECK(grouped(1234567) == "1,234,567");
  CHECK(counted(1, "rule", "rules") == "1 rule");
  CHECK(counted(2, "rule", "rules") == "2 rules");
}

TEST_CASE("a resource is named by its own names, without its scope") {
  CHECK(short_name("/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/a") ==
        "v/a");
  CHECK(short_name("/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/st") == "st");
  CHECK(short_name("/subscriptions/s/resourceGroups/rg") == "rg");
  CHECK(short_name("/subscriptions/s/providers/Microsoft.A/b/c/PROVIDERS/Microsoft.D/e/f") == "f");
  CHECK(short_name("plain") == "plain");
}
