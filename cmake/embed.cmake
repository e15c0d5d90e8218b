# Writes the files PARTS, joined, to the C header OUTPUT as the NUL-terminated array SYMBOL, and as
# they are beside it, where the lint test reads them as the one script that Redis runs.
set(hex "")
set(joined "")
foreach(part IN LISTS PARTS)
  file(READ ${part} content HEX)
  string(APPEND hex "${content}")
  list(APPEND joined ${part})
endforeach()
string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
file(WRITE ${OUTPUT}.new "static const char ${SYMBOL}[] = {\n${bytes}'\\0'};\n")
file(RENAME ${OUTPUT}.new ${OUTPUT})

string(REGEX REPLACE "\\.h$" "" script ${OUTPUT})
execute_process(COMMAND cat ${joined} OUTPUT_FILE ${script} COMMAND_ERROR_IS_FATAL ANY)
