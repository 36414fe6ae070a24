package dev.caravan.processors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.camel.spi.PropertyConfigurerGetter;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.apache.camel.spi.UriPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The generated sources of every component say what its annotations say. When this fails, run {@code mvn process-classes} on a JDK 25
 * and commit what changed under {@code src/generated}.
 */
class GeneratedSourcesTest {

    private record Option(String kind, String type, String defaultValue, String description) {}

    static Stream<Class<?>> endpoints() {
        return new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.caravan.processors")
                .stream()
                .filter(c -> c.isAnnotatedWith(UriEndpoint.class))
                .map(JavaClass::reflect);
    }

    @Test
    void thereAreEndpoints() {
        assertTrue(endpoints().findAny().isPresent());
    }

    @ParameterizedTest
    @MethodSource("endpoints")
    void theCatalogListsEveryOptionAsItIsAnnotated(Class<?> endpoint) throws Exception {
        Map<String, Option> declared = new TreeMap<>();
        options(endpoint, declared);
        Map<String, Option> listed = new TreeMap<>();
        catalog(endpoint).path("properties").properties().forEach(e -> listed.put(e.getKey(), new Option(
                e.getValue().path("kind").asText(),
                e.getValue().path("javaType").asText(),
                e.getValue().path("defaultValue").asText(""),
                e.getValue().path("description").asText())));
        // What Camel's own base classes declare is Camel's business.
        listed.keySet().removeAll(inherited(endpoint));
        assertEquals(declared, listed, "src/generated of " + endpoint.getSimpleName() + " is stale: run mvn process-classes on a JDK 25");
    }

    @ParameterizedTest
    @MethodSource("endpoints")
    void theCatalogNamesTheComponentAsItIsAnnotated(Class<?> endpoint) throws Exception {
        UriEndpoint annotation = endpoint.getAnnotation(UriEndpoint.class);
        JsonNode component = catalog(endpoint).path("component");
        assertEquals(annotation.scheme(), component.path("scheme").asText());
        assertEquals(annotation.syntax(), component.path("syntax").asText());
        assertEquals(annotation.title(), component.path("title").asText());
        assertEquals(annotation.consumerOnly(), component.path("consumerOnly").asBoolean());
        assertEquals(annotation.producerOnly(), component.path("producerOnly").asBoolean());
    }

    @ParameterizedTest
    @MethodSource("endpoints")
    void theConfigurerSetsEveryParameterByItsType(Class<?> endpoint) throws Exception {
        PropertyConfigurerGetter configurer = (PropertyConfigurerGetter) Class.forName(endpoint.getName() + "Configurer")
                .getDeclaredConstructor().newInstance();
        Map<String, Option> declared = new TreeMap<>();
        options(endpoint, declared);
        declared.forEach((name, option) -> {
            Class<?> type = configurer.getOptionType(name, true);
            if (option.kind().equals("path")) {
                return;
            }
            assertNotNull(type, name + " is not in the configurer");
            assertEquals(option.type(), type.getCanonicalName(), name);
        });
    }

    private static void options(Class<?> type, Map<String, Option> into) {
        for (Field field : type.getDeclaredFields()) {
            UriPath path = field.getAnnotation(UriPath.class);
            UriParam param = field.getAnnotation(UriParam.class);
            if (path != null) {
                into.put(named(path.name(), field), new Option(
                        "path", type(field), path.defaultValue(), plain(path.description())));
            } else if (param != null && field.getType().isAnnotationPresent(UriParams.class)) {
                options(field.getType(), into);
            } else if (param != null) {
                into.put(named(param.name(), field), new Option(
                        "parameter", type(field), param.defaultValue(), plain(param.description())));
            }
        }
    }

    private static List<String> inherited(Class<?> endpoint) {
        List<String> names = new ArrayList<>();
        for (Class<?> type = endpoint.getSuperclass(); type != null; type = type.getSuperclass()) {
            Map<String, Option> options = new TreeMap<>();
            options(type, options);
            names.addAll(options.keySet());
        }
        return names;
    }

    /** The generator leaves out the marks of code. */
    private static String plain(String description) {
        return description.replace("`", "");
    }

    private static String named(String name, Field field) {
        return name.isEmpty() ? field.getName() : name;
    }

    private static String type(Field field) {
        return field.getType().getCanonicalName();
    }

    private static JsonNode catalog(Class<?> endpoint) throws Exception {
        String scheme = endpoint.getAnnotation(UriEndpoint.class).scheme();
        String path = "/META-INF/" + endpoint.getPackageName().replace('.', '/') + "/" + scheme + ".json";
        try (InputStream in = endpoint.getResourceAsStream(path)) {
            assertNotNull(in, path + " is missing: run mvn process-classes on a JDK 25 and commit src/generated");
            return new ObjectMapper().readTree(in);
        }
    }
}
