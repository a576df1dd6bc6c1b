# Install rules: headers, exported targets, and the files that find_package(genotype CONFIG) reads.
include(CMakePackageConfigHelpers)

set(config_directory "${CMAKE_INSTALL_DATADIR}/cmake/genotype")
install(DIRECTORY include/genotype TYPE INCLUDE FILES_MATCHING PATTERN "*.hpp")
install(TARGETS genotype EXPORT genotype-core)
install(EXPORT genotype-core NAMESPACE genotype:: DESTINATION "${config_directory}")
if(TARGET genotype_io)
  install(TARGETS genotype_io EXPORT genotype-io)
  install(EXPORT genotype-io NAMESPACE genotype:: DESTINATION "${config_directory}")
endif()
if(TARGET genotype_npz)
  install(TARGETS genotype_npz EXPORT genotype-npz)
  install(EXPORT genotype-npz NAMESPACE genotype:: DESTINATION "${config_directory}")
endif()
if(TARGET genotype_text)
  install(TARGETS genotype_text EXPORT genotype-text)
  install(EXPORT genotype-text NAMESPACE genotype:: DESTINATION "${config_directory}")
  install(FILES cmake/genotype-text-model.cmake examples/programs/genotype-config.cpp DESTINATION "${config_directory}")
endif()
if(TARGET genotype_thrust)
  install(TARGETS genotype_thrust EXPORT genotype-thrust)
  install(EXPORT genotype-thrust NAMESPACE genotype:: DESTINATION "${config_directory}")
endif()

configure_package_config_file(cmake/genotype-config.cmake.in "${CMAKE_CURRENT_BINARY_DIR}/genotype-config.cmake"
  INSTALL_DESTINATION "${config_directory}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/genotype-config-version.cmake"
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/genotype-config.cmake"
  "${CMAKE_CURRENT_BINARY_DIR}/genotype-config-version.cmake" cmake/genotype-dependencies.cmake
  DESTINATION "${config_directory}")

# For pkg-config. Paths from the file itself, so that the tree may be moved.
set(pkgconfig_directory "${CMAKE_INSTALL_DATADIR}/pkgconfig")
cmake_path(ABSOLUTE_PATH pkgconfig_directory BASE_DIRECTORY "${CMAKE_INSTALL_PREFIX}" NORMALIZE
  OUTPUT_VARIABLE pkgconfig_full)
file(RELATIVE_PATH genotype_prefix "${pkgconfig_full}" "${CMAKE_INSTALL_PREFIX}")
string(REGEX REPLACE "/$" "" genotype_prefix "${genotype_prefix}")
file(RELATIVE_PATH genotype_include "${CMAKE_INSTALL_PREFIX}" "${CMAKE_INSTALL_FULL_INCLUDEDIR}")
configure_file(cmake/genotype.pc.in "${CMAKE_CURRENT_BINARY_DIR}/genotype.pc" @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/genotype.pc" DESTINATION "${pkgconfig_directory}")

install(FILES LICENSE TYPE DOC)
