/* SPDX-License-Identifier: BSD-3-Clause */
#include "sim/reflector/treflect_xdp.h"

int main(int argc, char **argv)
{
	return treflect_xdp_main(argc, argv);
}
