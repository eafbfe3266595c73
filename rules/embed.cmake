# cmake -DINPUT=a.json -DOUTPUT=a.cpp -DHEADER=rules/embedded.h -DFUNCTION=catalogue_json -P embed.cmake
# Writes a source file whose FUNCTION gives the text of INPUT. In pieces, because compilers bound the length of one
# string literal (C++ [implimits] suggests 65,536 characters).
file(READ "${INPUT}" text)
string(LENGTH "${text}" length)
set(pieces "")
set(at 0)
while(at LESS length)
  string(SUBSTRING "${text}" ${at} 8000 piece)
  string(APPEND pieces "  out += R\"embedded(${piece})embedded\";\n")
  math(EXPR at "${at} + 8000")
endwhile()
file(WRITE "${OUTPUT}" "#include \"${HEADER}\"

#include <string>

namespace hubproof::rules {
namespace {

std::string join() {
  std::string out;
${pieces}  return out;
}

}  // namespace

std::string_view ${FUNCTION}() {
  static const std::string text = join();
  return text;
}

}  // namespace hubproof::rules
")
