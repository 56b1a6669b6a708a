"""The daemon of `monitor`: one epoll, a pidfd for each worker, no handler for SIGCHLD.

Other freedoms that it takes: it ends its workers by SIGKILL, one by one, and they die with
it however it ends; it writes their pids itself; a second refused fork ends it; its exit
status is 1.
"""
