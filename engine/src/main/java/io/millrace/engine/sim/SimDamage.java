package io.millrace.engine.sim;

/**
 * A bit that turned at rest, by the file's name at that time.
 *
 * @param position of the byte in the file
 * @param bit      0 to 7
 */
public record SimDamage(String path, long position, int bit) {}
