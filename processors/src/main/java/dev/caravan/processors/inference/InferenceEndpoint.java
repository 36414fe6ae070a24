package dev.caravan.processors.inference;

import dev.caravan.processors.session.Sessions;
import java.util.Set;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.MultipleConsumersSupport;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.support.DefaultEndpoint;

/** Hand frames and controls to the live sessions of the hub and receive what they generate. */
@ManagedResource(description = "Managed inference endpoint")
@UriEndpoint(
        firstVersion = "0.1.0",
        scheme = "inference",
        title = "Inference",
        syntax = "inference:name",
        category = {Category.AI},
        headersClass = InferenceConstants.class)
public class InferenceEndpoint extends DefaultEndpoint implements MultipleConsumersSupport {

    /** The name of the only sessions of the registry. */
    static final String MAIN = "main";

    @UriParam
    private final InferenceConfiguration configuration;

    public InferenceEndpoint(String uri, InferenceComponent component, InferenceConfiguration configuration) {
        super(uri, component);
        this.configuration = configuration;
    }

    /** Any number of routes may take the same: each is a subscriber of its own. */
    @Override
    public boolean isMultipleConsumersSupported() {
        return true;
    }

    @Override
    public Producer createProducer() {
        return new InferenceProducer(this, sessions());
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        InferenceConsumer consumer = new InferenceConsumer(this, processor, sessions());
        configureConsumer(consumer);
        return consumer;
    }

    public InferenceConfiguration getConfiguration() {
        return configuration;
    }

    @ManagedAttribute(description = "Live sessions")
    public int getLiveSessions() {
        return sessions().all().size();
    }

    private Sessions sessions() {
        if (!MAIN.equals(configuration.getName())) {
            Sessions named = getCamelContext().getRegistry().lookupByNameAndType(configuration.getName(), Sessions.class);
            if (named == null) {
                throw new IllegalStateException("no Sessions bean named '" + configuration.getName()
                        + "' in the registry; use inference:" + MAIN + " or bind one");
            }
            return named;
        }
        Set<Sessions> found = getCamelContext().getRegistry().findByType(Sessions.class);
        if (found.size() != 1) {
            throw new IllegalStateException("inference:" + MAIN + " needs exactly one " + Sessions.class.getName()
                    + " in the registry, which has " + found.size() + "; bind one, or name one: inference:<bean>");
        }
        return found.iterator().next();
    }
}
