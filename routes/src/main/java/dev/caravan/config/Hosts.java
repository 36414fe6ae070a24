package dev.caravan.config;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Which names and addresses mean this machine only. */
public final class Hosts {

    private Hosts() {}

    /**
     * Whether something bound to this host can be reached from this machine only.
     *
     * @throws ConfigException when the name cannot be resolved
     */
    static boolean isLoopback(String host, String place) throws ConfigException {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new ConfigException(place + " " + host + ": no such address; use 127.0.0.1, or 0.0.0.0 for all");
        }
    }

    /**
     * Whether a name in a {@code Host} or {@code Origin} header means this machine. Never asks a name server: whoever owns the name
     * in the header could answer with 127.0.0.1.
     *
     * @param name lower case, without port and brackets
     */
    public static boolean isLoopbackName(String name) {
        return name.equals("localhost")
                || name.endsWith(".localhost")
                || name.equals("::1")
                || name.equals("0:0:0:0:0:0:0:1")
                || name.matches("127(\\.\\d{1,3}){3}");
    }
}
