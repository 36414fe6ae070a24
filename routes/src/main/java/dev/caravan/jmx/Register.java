package dev.caravan.jmx;

import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The beans of one kind, by id, as they stand in an MBean server. Not thread-safe.
 *
 * @param <B> the bean
 */
final class Register<B> {

    static final String DOMAIN = "dev.caravan";

    private static final Logger LOG = LoggerFactory.getLogger(Register.class);

    private final MBeanServer server;
    private final String hub;
    private final String type;
    private final Class<? super B> face;
    private final Map<String, B> beans = new LinkedHashMap<>();

    /** @param hub value of the key {@code hub}: tells the hubs of one virtual machine apart */
    Register(MBeanServer server, String hub, String type, Class<? super B> face) {
        this.server = server;
        this.hub = hub;
        this.type = type;
        this.face = face;
    }

    Optional<B> find(String id) {
        return Optional.ofNullable(beans.get(id));
    }

    /**
     * Makes the register what is there now: takes out who left, or who is another behind the same id, and puts in who came.
     *
     * @param same whether a bean still stands for the thing of its id
     */
    <T> void become(Map<String, T> there, BiPredicate<B, T> same, Function<T, B> make) {
        for (String id : Set.copyOf(beans.keySet())) {
            T thing = there.get(id);
            if (thing == null || !same.test(beans.get(id), thing)) {
                remove(id);
            }
        }
        there.forEach((id, thing) -> {
            if (!beans.containsKey(id)) {
                add(id, make.apply(thing));
            }
        });
    }

    private void add(String id, B bean) {
        try {
            server.registerMBean(DescribedBean.of(bean, face), name(hub, type, Optional.of(id)));
            beans.put(id, bean);
        } catch (JMException e) {
            LOG.warn("{} {} cannot be shown to consoles", type, id, e);
        }
    }

    private void remove(String id) {
        beans.remove(id);
        unregister(server, name(hub, type, Optional.of(id)));
    }

    /** Registers the bean of the hub itself under the first name that is free: {@code base}, {@code base-2}, ... */
    static String first(MBeanServer server, String base, HubMXBean bean) {
        for (int i = 1; ; i++) {
            String hub = i == 1 ? base : base + "-" + i;
            try {
                server.registerMBean(DescribedBean.of(bean, HubMXBean.class), name(hub, "Hub", Optional.empty()));
                return hub;
            } catch (InstanceAlreadyExistsException e) {
                // Another hub of this virtual machine.
            } catch (JMException e) {
                throw new IllegalStateException("the hub cannot be shown to consoles", e);
            }
        }
    }

    static void unregister(MBeanServer server, ObjectName name) {
        try {
            server.unregisterMBean(name);
        } catch (InstanceNotFoundException e) {
            // Somebody else took it out, which they may.
        } catch (JMException e) {
            LOG.warn("{} cannot be taken out of the consoles", name, e);
        }
    }

    /** Ids are quoted: those of models are any text a client likes. */
    static ObjectName name(String hub, String type, Optional<String> id) {
        Hashtable<String, String> keys = new Hashtable<>(Map.of("hub", hub, "type", type));
        id.ifPresent(text -> keys.put("id", ObjectName.quote(text)));
        try {
            return new ObjectName(DOMAIN, keys);
        } catch (MalformedObjectNameException e) {
            throw new IllegalStateException("quoted text cannot be malformed", e);
        }
    }
}
