/**
 * TCP through io_uring, by system calls over the Foreign Function and Memory API: the other {@code Transport}. For Linux
 * from 6.1; where it cannot be had, {@code UringTransport.open} says why in one line.
 */
package io.millrace.net.socket.uring;
