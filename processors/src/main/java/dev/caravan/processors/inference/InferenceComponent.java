package dev.caravan.processors.inference;

import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;

/** The component {@code inference:}. */
@Component("inference")
public class InferenceComponent extends DefaultComponent {

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        InferenceConfiguration configuration = new InferenceConfiguration();
        configuration.setName(remaining);
        InferenceEndpoint endpoint = new InferenceEndpoint(uri, this, configuration);
        setProperties(endpoint, parameters);
        return endpoint;
    }
}
