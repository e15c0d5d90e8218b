# Warnings, hardening and sanitizers that every file of ours is compiled with.
set(YTOPS_SANITIZE "" CACHE STRING "Value for -fsanitize=, empty for none")

add_library(ytops_compiler INTERFACE)
target_compile_definitions(ytops_compiler INTERFACE _GNU_SOURCE
  YTOPS_VERSION="${PROJECT_VERSION}" G_LOG_DOMAIN="ytdlp-ops")
target_compile_options(ytops_compiler INTERFACE
  -Werror -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes
  -Wold-style-definition -Wformat=2 -Wpointer-arith -Wundef -Wvla -Wwrite-strings
  -Wimplicit-fallthrough -Wdate-time -fno-common -fstack-protector-strong)
target_include_directories(ytops_compiler INTERFACE ${PROJECT_SOURCE_DIR}/include)

if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  target_compile_options(ytops_compiler INTERFACE -Wlogical-op -Wduplicated-cond)
endif()

if(YTOPS_SANITIZE)
  add_compile_options(-fsanitize=${YTOPS_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${YTOPS_SANITIZE})
elseif(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  add_compile_definitions(_FORTIFY_SOURCE=2)
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_C_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
endif()
