package io.millrace.engine.settings;

import java.util.List;

/**
 * Which processors the cores get.
 *
 * @param processors one for each core, in rising order
 * @param reason     why these, in a few words for the operator
 */
public record Placement(List<Integer> processors, String reason) {}
