/** The composition root of a real node: puts engine and net together, starts the threads, ends them in order. */
package io.millrace.net.broker;
