package io.millrace.net.broker;

import io.millrace.net.kafka.api.ClientSession;
import io.millrace.net.kafka.fetch.FetchLuggage;
import io.millrace.net.kafka.share.ShareLuggage;

/**
 * What a connection takes along to another core of its node.
 *
 * @param listener      number of the listener through which the client came
 * @param remoteAddress its host and port
 * @param client        what it said about itself
 * @param fetches       its fetch sessions
 * @param shares        its share sessions
 * @param restUntilNs   until then it is not to move again
 */
public record Luggage(
        int listener,
        String remoteAddress,
        ClientSession client,
        FetchLuggage fetches,
        ShareLuggage shares,
        long restUntilNs) {}
