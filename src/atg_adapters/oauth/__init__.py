"""OAuth 2.0 clients of VK ID and Yandex."""
