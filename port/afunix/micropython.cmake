# The user C module for the ports that use CMake: USER_C_MODULES is this file.
add_library(usermod_afunix INTERFACE)
target_sources(usermod_afunix INTERFACE
    ${CMAKE_CURRENT_LIST_DIR}/user_module.c
    ${CMAKE_CURRENT_LIST_DIR}/module.c
    ${CMAKE_CURRENT_LIST_DIR}/fields.c
    ${CMAKE_CURRENT_LIST_DIR}/endpoint.c
    ${CMAKE_CURRENT_LIST_DIR}/state.c
    ${CMAKE_CURRENT_LIST_DIR}/record.c
    ${CMAKE_CURRENT_LIST_DIR}/section.c
    ${CMAKE_CURRENT_LIST_DIR}/object.c
    ${CMAKE_CURRENT_LIST_DIR}/handle.c
    ${CMAKE_CURRENT_LIST_DIR}/datagram.c
    ${CMAKE_CURRENT_LIST_DIR}/lock_word.c
    ${CMAKE_CURRENT_LIST_DIR}/../core/readiness.c
)
target_include_directories(usermod_afunix INTERFACE ${CMAKE_CURRENT_LIST_DIR} ${CMAKE_CURRENT_LIST_DIR}/..)
target_link_libraries(usermod INTERFACE usermod_afunix)
