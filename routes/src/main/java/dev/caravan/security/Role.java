package dev.caravan.security;

import java.util.Locale;

/** What somebody may do; each role may do what those before it may. */
public enum Role {
    /** Reads the hub's figures, for monitoring; nothing else. */
    METRICS,
    /** Looks at sessions: watches, reads their state and pictures. Changes nothing. */
    VIEWER,
    /** Opens sessions, feeds and steers them, uploads what they use. */
    PRODUCER,
    /** Everything: models, routes, keys, other people's sessions, the console. */
    OPERATOR;

    /** Whether who has this role may do what needs the other. */
    public boolean covers(Role needed) {
        return compareTo(needed) >= 0;
    }

    /** As settings, tokens and answers write it: {@code viewer}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
