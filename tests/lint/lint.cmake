# SPDX-License-Identifier: BSD-3-Clause
tsim_script(lint format 60)
tsim_script(lint tidy 900)
tsim_script(lint shellcheck 180)
tsim_script(lint banned 180)
tsim_script(lint layers 60)
tsim_script(lint rooms 60)
tsim_script(lint headers 300)
tsim_script(lint docs 60)
# Both keep every core busy.
set_tests_properties(${TSIM_TEST_PREFIX}lint.tidy ${TSIM_TEST_PREFIX}lint.headers
	PROPERTIES RUN_SERIAL ON)
