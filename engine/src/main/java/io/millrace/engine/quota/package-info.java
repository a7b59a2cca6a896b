/** What clients may take of a node: whose quota counts, who pays from it, and who lends to whom. */
package io.millrace.engine.quota;
