package dev.caravan.processors.webrtc.libwebrtc;

import dev.caravan.processors.webrtc.Connection;
import dev.onvoid.webrtc.RTCDataChannel;
import dev.onvoid.webrtc.RTCDataChannelBuffer;
import dev.onvoid.webrtc.RTCDataChannelObserver;
import dev.onvoid.webrtc.RTCDataChannelState;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One data channel. Calls into the library are made under the lock of its connection. */
final class Channel {

    private static final Logger LOG = LoggerFactory.getLogger(Channel.class);

    /** A peer that reads nothing must not make us keep more than this. */
    private static final long MAX_UNSENT_BYTES = 1 << 20;

    private final RTCDataChannel channel;
    private final Observer observer = new Observer();

    Channel(RTCDataChannel channel) {
        this.channel = channel;
    }

    /** Apart from the constructor, because the first callback may come from within. */
    void listen(Listener listener) {
        observer.channel = this;
        observer.listener = listener;
        channel.registerObserver(observer);
        report(listener); // a channel may be open before anybody could listen
    }

    private void report(Listener listener) {
        RTCDataChannelState state = channel.getState();
        if (state == RTCDataChannelState.OPEN) {
            listener.opened(this);
        } else if (state == RTCDataChannelState.CLOSED) {
            listener.closed(this);
        }
    }

    boolean send(String text) throws Exception {
        if (channel.getState() != RTCDataChannelState.OPEN || channel.getBufferedAmount() > MAX_UNSENT_BYTES) {
            return false;
        }
        // Exactly as long as the text: the library ignores position and limit.
        channel.send(new RTCDataChannelBuffer(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), false));
        return true;
    }

    /** Before the connection is closed. */
    void close() {
        observer.listener = null;
        observer.channel = null;
        Quietly.run("Leaving a data channel", channel::unregisterObserver);
        Quietly.run("Closing a data channel", channel::close);
    }

    /** Read while the connection is open, released after it is closed. */
    long address() {
        return NativeReferences.address(channel);
    }

    /** After the connection is closed. */
    void dispose(long address) {
        if (NativeReferences.leak()) {
            Quietly.run("Releasing a data channel", () -> NativeReferences.release(address));
        } else {
            Quietly.run("Disposing of a data channel", channel::dispose);
        }
    }

    /** Called on native threads. */
    interface Listener {
        void opened(Channel channel);

        void closed(Channel channel);

        void message(String text);
    }

    /** The library keeps this for ever: tiny, and cut loose when the channel closes. */
    private static final class Observer implements RTCDataChannelObserver {

        private volatile @Nullable Channel channel;
        private volatile @Nullable Listener listener;

        @Override
        public void onBufferedAmountChange(long previous) {}

        @Override
        public void onStateChange() {
            Channel of = channel;
            Listener to = listener;
            if (of != null && to != null) {
                Quietly.run("A data channel's change of state", () -> of.report(to));
            }
        }

        @Override
        public void onMessage(RTCDataChannelBuffer buffer) {
            Listener to = listener;
            if (to != null) {
                Quietly.run("A message", () -> take(buffer, to));
            }
        }

        private static void take(RTCDataChannelBuffer buffer, Listener to) {
            if (buffer.binary || buffer.data.remaining() > Connection.MAX_MESSAGE_BYTES) {
                LOG.debug("A message of {} bytes{} is ignored", buffer.data.remaining(), buffer.binary ? ", binary," : "");
                return;
            }
            byte[] bytes = new byte[buffer.data.remaining()];
            buffer.data.get(bytes);
            to.message(new String(bytes, StandardCharsets.UTF_8));
        }
    }
}
