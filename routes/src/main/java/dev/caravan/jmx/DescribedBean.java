package dev.caravan.jmx;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.Optional;
import java.util.stream.Stream;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.StandardMBean;

/** An MXBean that tells consoles the words of {@link Says} in place of class names and {@code p0}. */
final class DescribedBean extends StandardMBean {

    private final Class<?> face;

    private <T> DescribedBean(T bean, Class<T> face) {
        super(bean, face, true);
        this.face = face;
    }

    /** @param face the interface, which ends in {@code MXBean} */
    static <T> DescribedBean of(T bean, Class<T> face) {
        return new DescribedBean(bean, face);
    }

    @Override
    protected String getDescription(MBeanInfo info) {
        return said(face).orElseGet(() -> super.getDescription(info));
    }

    @Override
    protected String getDescription(MBeanAttributeInfo info) {
        return method((info.isIs() ? "is" : "get") + info.getName(), 0).flatMap(DescribedBean::said).orElse("");
    }

    @Override
    protected String getDescription(MBeanOperationInfo info) {
        return method(info.getName(), info.getSignature().length).flatMap(DescribedBean::said).orElse("");
    }

    @Override
    protected String getParameterName(MBeanOperationInfo info, MBeanParameterInfo parameter, int sequence) {
        return method(info.getName(), info.getSignature().length)
                .flatMap(method -> said(method.getParameters()[sequence]))
                .orElseGet(() -> super.getParameterName(info, parameter, sequence));
    }

    private Optional<Method> method(String name, int parameters) {
        return Stream.of(face.getMethods())
                .filter(method -> method.getName().equals(name) && method.getParameterCount() == parameters)
                .findFirst();
    }

    private static Optional<String> said(AnnotatedElement element) {
        return Optional.ofNullable(element.getAnnotation(Says.class)).map(Says::value);
    }
}
