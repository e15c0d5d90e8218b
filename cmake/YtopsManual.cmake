# ytops_manual(PROGRAM SECTION MAN_ARGUMENT COMPLETION_ARGUMENT): installs the manual page and the
# completion scripts that the program writes of itself. A completion argument that ends in a dash has
# the shell's name joined to it; any other gets it as the next word.
function(ytops_manual program section man_argument completion_argument)
  set(folder ${CMAKE_BINARY_DIR}/manual)
  set(page ${folder}/${program}.${section})
  set(outputs ${page})
  file(MAKE_DIRECTORY ${folder})
  set(commands COMMAND ${program} ${man_argument} > ${page})
  foreach(shell bash zsh fish)
    set(script ${folder}/${program}.${shell})
    set(arguments ${completion_argument} ${shell})
    if(completion_argument MATCHES "-$")
      set(arguments ${completion_argument}${shell})
    endif()
    list(APPEND commands COMMAND ${program} ${arguments} > ${script})
    list(APPEND outputs ${script})
  endforeach()
  add_custom_command(OUTPUT ${outputs} ${commands} DEPENDS ${program}
    COMMENT "Manual page and completion of ${program}" VERBATIM)
  add_custom_target(${program}-manual ALL DEPENDS ${outputs})

  install(FILES ${page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
  install(FILES ${folder}/${program}.bash RENAME ${program}
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES ${folder}/${program}.zsh RENAME _${program}
    DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
  install(FILES ${folder}/${program}.fish
    DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endfunction()
