package dev.caravan.api;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.camel.model.rest.ParamDefinition;
import org.apache.camel.model.rest.ResponseMessageDefinition;
import org.apache.camel.model.rest.RestParamType;
import org.apache.camel.model.rest.VerbDefinition;

/** Documents one operation for OpenAPI. Every method returns this. */
public final class Operation {

    private final VerbDefinition verb;

    Operation(VerbDefinition verb) {
        this.verb = verb;
    }

    /** A placeholder of the path. Placeholders not described here are listed without a text. */
    public Operation path(String name, String description) {
        return parameter(name, RestParamType.path, "string", true, description);
    }

    /** An optional query parameter. */
    public Operation query(String name, String description) {
        return parameter(name, RestParamType.query, "string", false, description);
    }

    /** An optional query parameter that is a whole number. */
    public Operation queryNumber(String name, String description) {
        return parameter(name, RestParamType.query, "integer", false, description);
    }

    /** A query parameter without which the answer is 422. */
    public Operation requiredQuery(String name, String description) {
        return parameter(name, RestParamType.query, "string", true, description);
    }

    /**
     * A JSON body.
     *
     * @param example one that works, to be tried out from the API page
     */
    public Operation jsonBody(String description, Map<String, ?> example) {
        verb.setConsumes("application/json");
        parameter("body", RestParamType.body, "object", true, description);
        verb.getParams().getLast().example("application/json", new String(Json.write(example), StandardCharsets.UTF_8));
        return this;
    }

    /** A body of raw bytes. */
    public Operation bytesBody(String contentType, String description) {
        verb.setConsumes(contentType);
        return parameter("body", RestParamType.body, "string", true, description);
    }

    /** Media type of the answer when it is not JSON. */
    public Operation produces(String contentType) {
        verb.setProduces(contentType);
        return this;
    }

    /** A status it answers with besides 500, and when. */
    public Operation answers(int status, String description) {
        ResponseMessageDefinition message = new ResponseMessageDefinition(verb);
        message.code(status).message(description);
        verb.getResponseMsgs().add(message);
        return this;
    }

    private Operation parameter(String name, RestParamType type, String dataType, boolean required, String description) {
        ParamDefinition param = new ParamDefinition(verb);
        param.name(name).type(type).dataType(dataType).required(required).description(description);
        verb.getParams().removeIf(known -> known.getName().equals(name) && known.getType() == type);
        verb.getParams().add(param);
        return this;
    }
}
