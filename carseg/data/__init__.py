"""Pictures with masks: layouts, splits by car, a decoded cache, training views."""
