/**
 * {@code ./run.sh inspect}: shows and verifies what lies in a data directory, Millrace's or Apache Kafka's. Reads only,
 * takes no lock, and takes each file's length once, so that a broker may go on writing beside it.
 */
package io.millrace.tools.inspect;
