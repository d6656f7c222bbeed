# gateway_layer(<path> [LAYERS <layer>...] [PACKAGES <target>...] [APART <folder>...])
#
# One static library per layer, made of every .cc under src/<path>, and named after the last part of the path.
# An #include names its layer ("service/types/record.h"), but each layer has its own include root: a folder of
# the build that contains only a link to src/<path>. A layer sees only the roots of the layers it names: a wrong
# #include does not compile, and a symbol of a package that the layer does not name does not link.
function(gateway_layer path)
  cmake_parse_arguments(ARG "" "" "LAYERS;PACKAGES;APART" ${ARGN})
  set(folder ${CMAKE_CURRENT_SOURCE_DIR}/${path})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cc)
  foreach(apart IN LISTS ARG_APART)  # its sources make a target of their own
    list(FILTER sources EXCLUDE REGEX "^${folder}/${apart}/")
  endforeach()
  cmake_path(GET path FILENAME name)
  cmake_path(GET path PARENT_PATH parent)
  add_library(gateway_${name} STATIC ${sources})
  add_library(gateway::${name} ALIAS gateway_${name})
  set(root ${CMAKE_BINARY_DIR}/include/${name})
  file(MAKE_DIRECTORY ${root}/${parent})
  file(CREATE_LINK ${folder} ${root}/${path} SYMBOLIC)
  target_include_directories(gateway_${name} PUBLIC ${root})
  list(TRANSFORM ARG_LAYERS PREPEND gateway::)
  target_link_libraries(gateway_${name} PUBLIC ${ARG_LAYERS} PRIVATE gateway_language ${ARG_PACKAGES})
endfunction()
