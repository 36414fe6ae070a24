package dev.caravan.processors.kafka;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** Ports on 127.0.0.1: is one free, find one, does a broker answer there. */
final class LoopbackPort {

    // Below the range from which Linux, macOS and Windows take the ports of outgoing connections. A broker that comes back on its old
    // port must not find it taken by a client, not even by its own: a client that retries a closed loopback port inside that range
    // ends up connected to itself sooner or later, and then holds the port.
    private static final int FIRST = 20_000;
    private static final int LAST = 32_000;

    /** ApiVersions v0 with correlation id 1 and no client id: what a client asks first, answered without any log or controller. */
    private static final byte[] ASK = ByteBuffer.allocate(14)
            .putInt(10)
            .putShort((short) 18)
            .putShort((short) 0)
            .putInt(1)
            .putShort((short) -1)
            .array();

    private LoopbackPort() {}

    static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    /** A port that is free now. */
    static int pick(RandomGenerator random) {
        for (int tries = 0; tries < 1000; tries++) {
            int port = random.nextInt(FIRST, LAST);
            if (isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no free port between " + FIRST + " and " + LAST + " on 127.0.0.1");
    }

    /** Whether a Kafka broker answers within the limit. */
    static boolean answers(int port, Duration limit) {
        try (Socket socket = new Socket()) {
            int millis = Math.toIntExact(limit.toMillis());
            socket.connect(new InetSocketAddress(address(), port), millis);
            socket.setSoTimeout(millis);
            socket.getOutputStream().write(ASK);
            DataInputStream answer = new DataInputStream(socket.getInputStream());
            return answer.readInt() > 4 && answer.readInt() == 1;
        } catch (IOException silent) {
            return false;
        }
    }

    private static InetAddress address() throws IOException {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    }
}
