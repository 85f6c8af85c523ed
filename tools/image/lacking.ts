/** The machine, not the project, is why there is no image: a tool, room on the disk or the network is missing. */
export class LackingError extends Error {}
