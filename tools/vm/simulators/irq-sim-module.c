// SPDX-License-Identifier: GPL-2.0
/* What makes a module of the kernel's interrupt simulator, which is meant to be built in. */
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/module.h>

/* The kernel has this function too, but not for modules. */
struct irq_desc *irq_to_desc(unsigned int irq)
{
	return irq_data_to_desc(irq_get_irq_data(irq));
}

MODULE_DESCRIPTION("Simulated interrupts");
MODULE_LICENSE("GPL");
