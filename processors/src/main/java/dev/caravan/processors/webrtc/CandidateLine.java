package dev.caravan.processors.webrtc;

import java.util.regex.Pattern;

/** Checks the text of a candidate before a native parser sees it (RFC 8839 section 5.1). */
final class CandidateLine {

    private static final String PREFIX = "candidate:";
    private static final int MAX_LENGTH = 1024;

    /** Other names would let a peer make the hub ask any name server. */
    private static final Pattern ADDRESS =
            Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9A-Fa-f:.]{0,45}:[0-9A-Fa-f:.]{0,45}|[A-Za-z0-9-]{1,63}\\.local");

    private static final long MAX_PRIORITY = 0xFFFF_FFFFL;

    private CandidateLine() {}

    /** The line with {@code candidate:} in front; empty when it says that there are no more. */
    static String normalise(String given) throws BadCandidateException {
        String line = given.strip();
        if (line.startsWith("a=")) {
            line = line.substring(2);
        }
        if (line.startsWith(PREFIX)) {
            line = line.substring(PREFIX.length());
        }
        if (line.isBlank()) {
            return "";
        }
        if (line.length() > MAX_LENGTH) {
            throw new BadCandidateException("longer than " + MAX_LENGTH + " characters");
        }
        if (line.chars().anyMatch(c -> c < ' ' || c > '~')) {
            throw new BadCandidateException("it is one line of printable ASCII");
        }
        String[] part = line.split(" +");
        if (part.length < 8 || !part[6].equals("typ")) {
            throw new BadCandidateException(
                    "expected '<foundation> <component> <transport> <priority> <address> <port> typ <type>'");
        }
        require(part[0].length() <= 32, "foundation longer than 32 characters");
        number("component", part[1], 1, 256);
        require(part[2].equalsIgnoreCase("udp") || part[2].equalsIgnoreCase("tcp"), "transport is udp or tcp; " + shown(part[2]) + " given");
        number("priority", part[3], 0, MAX_PRIORITY);
        require(ADDRESS.matcher(part[4]).matches(), "address is an IP address or an mDNS name; " + shown(part[4]) + " given");
        number("port", part[5], 0, 65535);
        switch (part[7]) {
            case "host", "srflx", "prflx", "relay" -> { }
            default -> throw new BadCandidateException("type is host, srflx, prflx or relay; " + shown(part[7]) + " given");
        }
        return PREFIX + String.join(" ", part);
    }

    private static void number(String what, String text, long min, long max) throws BadCandidateException {
        boolean good = !text.isEmpty() && text.length() <= 10 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        long value = good ? Long.parseLong(text) : -1;
        require(value >= min && value <= max, what + " is a number from " + min + " to " + max + "; " + shown(text) + " given");
    }

    private static void require(boolean good, String why) throws BadCandidateException {
        if (!good) {
            throw new BadCandidateException(why);
        }
    }

    private static String shown(String text) {
        return "'" + (text.length() > 32 ? text.substring(0, 32) + "..." : text) + "'";
    }
}
