package dev.caravan.api.loras;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;

/**
 * Whether an address is one of the public internet: a client must not use the hub to ask what only the hub can reach. Everything the
 * registries of special addresses (RFC 6890) reserve is not public, nor are the IPv6 forms that carry an IPv4 address.
 */
final class PublicAddress {

    private PublicAddress() {}

    static boolean is(InetAddress address) {
        if (address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()) {
            return false;
        }
        return address instanceof Inet4Address ? isPublic4(address.getAddress()) : isPublic6(address.getAddress());
    }

    private static boolean isPublic4(byte[] bytes) {
        int a = bytes[0] & 0xff;
        int b = bytes[1] & 0xff;
        int c = bytes[2] & 0xff;
        return switch (a) {
            case 0, 10, 127 -> false;
            case 100 -> b < 64 || b > 127; // shared by carriers
            case 169 -> b != 254;
            case 172 -> b < 16 || b > 31;
            case 192 -> b != 168 && !(b == 0 && (c == 0 || c == 2)) && !(b == 88 && c == 99);
            case 198 -> b != 18 && b != 19 && !(b == 51 && c == 100);
            case 203 -> !(b == 0 && c == 113);
            default -> a < 224;
        };
    }

    /** Only 2000::/3 is handed out; within it, tunnels and documentation are not. */
    private static boolean isPublic6(byte[] bytes) {
        boolean handedOut = (bytes[0] & 0xe0) == 0x20;
        boolean ietf = startsWith(bytes, 0x20, 0x01, 0x00) || startsWith(bytes, 0x20, 0x01, 0x01); // with Teredo
        boolean sixToFour = startsWith(bytes, 0x20, 0x02);
        boolean documentation = startsWith(bytes, 0x20, 0x01, 0x0d, 0xb8) || startsWith(bytes, 0x3f, 0xff);
        return handedOut && !ietf && !sixToFour && !documentation;
    }

    private static boolean startsWith(byte[] bytes, int... prefix) {
        byte[] wanted = new byte[prefix.length];
        for (int i = 0; i < prefix.length; i++) {
            wanted[i] = (byte) prefix[i];
        }
        return Arrays.equals(wanted, Arrays.copyOf(bytes, prefix.length));
    }
}
