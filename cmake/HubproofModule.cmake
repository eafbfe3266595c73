# Linked PRIVATE everywhere and never exported. Warnings are errors for the two compilers that the project is kept clean
# under; another one may know more warnings, which must not stop a user's build.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13
   OR CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 15)
  set(hubproof_warnings_are_errors ${HUBPROOF_WERROR})
else()
  set(hubproof_warnings_are_errors OFF)
endif()
add_library(hubproof_warnings INTERFACE)
target_compile_options(hubproof_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wswitch-enum -Wold-style-cast
  $<$<BOOL:${hubproof_warnings_are_errors}>:-Werror>)

# hubproof_module(net SOURCES a.cpp b.cpp LINKS hubproof::model)
# One library per engine folder, static unless BUILD_SHARED_LIBS says otherwise; LINKS mirrors the allowed "uses"
# relation, PRIVATE_LINKS holds third parties.
function(hubproof_module name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(hubproof_${name} ${arg_SOURCES})
  add_library(hubproof::${name} ALIAS hubproof_${name})
  target_include_directories(hubproof_${name} PUBLIC "${PROJECT_SOURCE_DIR}")
  target_link_libraries(hubproof_${name} PUBLIC ${arg_LINKS} PRIVATE ${arg_PRIVATE_LINKS} hubproof_warnings)
endfunction()
