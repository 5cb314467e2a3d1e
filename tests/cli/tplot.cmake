# SPDX-License-Identifier: BSD-3-Clause
add_executable(tplot_trials ${CMAKE_CURRENT_LIST_DIR}/tplot_trials.c)
target_link_libraries(tplot_trials PRIVATE tsim_options analyze m)
set_target_properties(tplot_trials PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
tsim_script(cli tplot 120)
tsim_script(cli tplot_grid 120)
tsim_script(cli tplot_figure 120)
