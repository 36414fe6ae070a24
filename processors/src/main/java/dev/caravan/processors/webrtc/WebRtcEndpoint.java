package dev.caravan.processors.webrtc;

import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.MultipleConsumersSupport;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;

/** Take frames and controls of WebRTC peers, and send pictures and messages to them. */
@ManagedResource(description = "Managed WebRTC endpoint")
@UriEndpoint(
        firstVersion = "0.1.0",
        scheme = "webrtc",
        title = "WebRTC",
        syntax = "webrtc:name",
        category = {Category.AI, Category.HTTP})
public class WebRtcEndpoint extends DefaultEndpoint implements MultipleConsumersSupport {

    @UriPath(description = "A name for the hub's peers; `peers` by convention")
    @Metadata(required = true)
    private String name = "peers";

    @UriParam(label = "consumer", defaultValue = "true", description = "Whether pictures of peers become exchanges")
    private boolean frames = true;

    @UriParam(label = "consumer", defaultValue = "true", description = "Whether messages of peers become exchanges")
    private boolean controls = true;

    public WebRtcEndpoint(String uri, WebRtcComponent component) {
        super(uri, component);
    }

    @Override
    public WebRtcComponent getComponent() {
        return (WebRtcComponent) super.getComponent();
    }

    /** Any number of routes may take the same: each is a subscriber of its own. */
    @Override
    public boolean isMultipleConsumersSupported() {
        return true;
    }

    @Override
    public Producer createProducer() {
        return new WebRtcProducer(this);
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        WebRtcConsumer consumer = new WebRtcConsumer(this, processor);
        configureConsumer(consumer);
        return consumer;
    }

    @ManagedAttribute(description = "Peers connected or connecting")
    public int getPeerCount() {
        return getComponent().requirePeers().count();
    }

    public String getName() {
        return name;
    }

    public void setName(String name) {
        this.name = name;
    }

    public boolean isFrames() {
        return frames;
    }

    public void setFrames(boolean frames) {
        this.frames = frames;
    }

    public boolean isControls() {
        return controls;
    }

    public void setControls(boolean controls) {
        this.controls = controls;
    }
}
