package dev.caravan.processors.webrtc;

import dev.caravan.inference.frame.PictureDecoder;
import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;
import org.jspecify.annotations.Nullable;

/** Video and controls of browsers: frames and controls of peers in, pictures and messages to peers out. */
@Component("webrtc")
public class WebRtcComponent extends DefaultComponent {

    @Metadata(label = "advanced", autowired = true,
            description = "The peers; found in the registry by type")
    private @Nullable Peers peers;

    @Metadata(label = "advanced", autowired = true,
            description = "Decodes pictures that are still in their file format when they are sent; found in the registry by type")
    private @Nullable PictureDecoder decoder;

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        WebRtcEndpoint endpoint = new WebRtcEndpoint(uri, this);
        endpoint.setName(remaining);
        setProperties(endpoint, parameters);
        return endpoint;
    }

    public @Nullable Peers getPeers() {
        return peers;
    }

    public void setPeers(@Nullable Peers peers) {
        this.peers = peers;
    }

    public @Nullable PictureDecoder getDecoder() {
        return decoder;
    }

    public void setDecoder(@Nullable PictureDecoder decoder) {
        this.decoder = decoder;
    }

    /** The peers, which routes cannot do without. */
    Peers requirePeers() {
        if (peers == null) {
            throw new IllegalStateException("webrtc: found no " + Peers.class.getName() + " in the registry; bind one");
        }
        return peers;
    }
}
