# ytops_module(NAME SOURCES a.c … LINKS target … [LUA NAME=part.lua[+part.lua…] …] [AUDITED])
#
# One folder of src/ as a static library `ytops_NAME`. LINKS names what stands to its left in the
# layer order, and the libraries it is allowed to include. Each LUA entry becomes a header
# `NAME.lua.h` with `static const char NAME_lua[]`: the parts, one after the other, NUL-terminated.
# AUDITED: between begin.lua with order.lua and end.lua of src/audit/lua, to be run with
# ytops_audit_eval().
function(ytops_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "AUDITED" "" "SOURCES;LINKS;LUA")
  set(target ytops_${name})
  add_library(${target} STATIC ${arg_SOURCES})
  target_link_libraries(${target} PUBLIC ytops_compiler PkgConfig::GLIB ${arg_LINKS})
  foreach(entry IN LISTS arg_LUA)
    ytops_embed_lua(${target} ${entry} ${arg_AUDITED})
  endforeach()
endfunction()

# ytops_embed(TARGET SYMBOL NAME PART…): the files PART, joined, as `static const char SYMBOL[]` in the
# header `NAME.h`, NUL-terminated.
function(ytops_embed target symbol name)
  set(header ${CMAKE_CURRENT_BINARY_DIR}/embedded/${name}.h)
  list(TRANSFORM ARGN PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/")
  add_custom_command(
    OUTPUT ${header}
    COMMAND ${CMAKE_COMMAND} -DSYMBOL=${symbol} "-DPARTS=${ARGN}" -DOUTPUT=${header}
            -P ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${ARGN} ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${header})
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/embedded)
endfunction()

function(ytops_embed_lua target entry audited)
  string(REGEX MATCH "^([a-z_]+)=(.+)$" _ "${entry}")
  set(symbol ${CMAKE_MATCH_1})
  string(REPLACE "+" ";" parts "${CMAKE_MATCH_2}")
  list(TRANSFORM parts PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/lua/")
  if(audited)
    set(audit ${PROJECT_SOURCE_DIR}/src/audit/lua)
    set(parts ${audit}/begin.lua ${audit}/order.lua ${parts} ${audit}/end.lua)
  endif()
  set(header ${CMAKE_CURRENT_BINARY_DIR}/lua/${symbol}.lua.h)
  add_custom_command(
    OUTPUT ${header}
    COMMAND ${CMAKE_COMMAND} -DSYMBOL=${symbol}_lua "-DPARTS=${parts}" -DOUTPUT=${header}
            -P ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${parts} ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${header})
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/lua)
endfunction()
