// In the place of node:child_process where the build says so: commander asks for it at its start, for
// commands that are programs of their own. We have none, and it is slow to load.
export {}
