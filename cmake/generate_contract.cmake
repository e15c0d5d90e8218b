# Runs the Thrift compiler over INPUTS: C into OUT (by way of RAW and the sed script SED), Python
# into PYTHON.
file(MAKE_DIRECTORY ${RAW} ${OUT} ${PYTHON})
foreach(input IN LISTS INPUTS)
  execute_process(COMMAND ${THRIFT} --gen c_glib -out ${RAW} ${input} COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND ${THRIFT} --gen py -out ${PYTHON} ${input} COMMAND_ERROR_IS_FATAL ANY)
endforeach()

file(GLOB generated RELATIVE ${RAW} ${RAW}/*.c ${RAW}/*.h)
foreach(file IN LISTS generated)
  execute_process(COMMAND sed -E -f ${SED} ${RAW}/${file} OUTPUT_FILE ${OUT}/${file}
                  COMMAND_ERROR_IS_FATAL ANY)
endforeach()
