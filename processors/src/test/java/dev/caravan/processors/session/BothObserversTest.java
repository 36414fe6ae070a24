package dev.caravan.processors.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nothing that one observer is told is kept from the other, whatever is added to the interface one day. */
class BothObserversTest {

    private final List<String> told = new ArrayList<>();

    @Test
    void bothHearOfEverythingInOrder() throws Exception {
        SessionObserver both = new BothObservers(recorder(SessionObserver.class, "a"), recorder(SessionObserver.class, "b"));
        everything(SessionObserver.class, both);
        SessionObserver.OfOne one = both.opened(new SessionObserver.Opened("show", Control.Door.REST, List.of("gray"), 0));
        told.clear();
        everything(SessionObserver.OfOne.class, one);
    }

    private void everything(Class<?> face, Object both) throws Exception {
        for (Method method : face.getMethods()) {
            if (method.getReturnType() == SessionObserver.class) {
                continue; // and(...) tells nobody
            }
            told.clear();
            Object[] nothing = new Object[method.getParameterCount()];
            for (int i = 0; i < nothing.length; i++) {
                Class<?> type = method.getParameterTypes()[i];
                nothing[i] = type == long.class ? (Object) 0L : type == int.class ? (Object) 0 : null;
            }
            method.setAccessible(true);
            method.invoke(both, nothing);
            assertEquals(List.of("a " + method.getName(), "b " + method.getName()), told);
        }
    }

    @SuppressWarnings("unchecked")
    private <T> T recorder(Class<T> face, String name) {
        InvocationHandler handler = (proxy, method, arguments) -> {
            told.add(name + " " + method.getName());
            return method.getReturnType() == SessionObserver.OfOne.class ? recorder(SessionObserver.OfOne.class, name) : null;
        };
        return (T) Proxy.newProxyInstance(face.getClassLoader(), new Class<?>[] {face}, handler);
    }
}
