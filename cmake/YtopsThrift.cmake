# ytops_thrift(FILE.thrift…): generates C and Python from the contract into the build folder.
#
# The C side is the library `ytops_contract`. Its sources pass through cmake/repair_generated.sed,
# because thrift c_glib 0.17 generates finalize functions that never call their parent's.
find_program(THRIFT_COMPILER thrift REQUIRED)
set(YTOPS_PYTHON_CONTRACT ${CMAKE_BINARY_DIR}/python)

function(ytops_thrift)
  set(raw ${CMAKE_BINARY_DIR}/contract-raw)
  set(out ${CMAKE_BINARY_DIR}/contract)
  set(sources "")
  foreach(entry IN LISTS ARGN)
    string(REPLACE ":" ";" pair ${entry})
    list(GET pair 0 file)
    list(GET pair 1 service)
    list(APPEND sources ${out}/ytops_${file}_types.c ${out}/ytops_${service}_service.c)
    list(APPEND inputs ${CMAKE_CURRENT_SOURCE_DIR}/${file}.thrift)
  endforeach()
  set(generate ${PROJECT_SOURCE_DIR}/cmake/generate_contract.cmake)
  set(sed ${PROJECT_SOURCE_DIR}/cmake/repair_generated.sed)
  add_custom_command(
    OUTPUT ${sources}
    COMMAND ${CMAKE_COMMAND} -DTHRIFT=${THRIFT_COMPILER} "-DINPUTS=${inputs}" -DRAW=${raw}
            -DOUT=${out} -DPYTHON=${YTOPS_PYTHON_CONTRACT} -DSED=${sed} -P ${generate}
    DEPENDS ${inputs} ${generate} ${sed}
    COMMENT "Generating C and Python from the contract"
    VERBATIM)
  add_library(ytops_contract STATIC ${sources})
  target_compile_options(ytops_contract PRIVATE -w)
  target_include_directories(ytops_contract SYSTEM PUBLIC ${out})
  target_link_libraries(ytops_contract PUBLIC PkgConfig::THRIFT PkgConfig::GLIB)
endfunction()
