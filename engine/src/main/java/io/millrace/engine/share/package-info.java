/** Which records of a partition a share group has handed out, to whom and how often: states alone, no time, no disk. */
package io.millrace.engine.share;
