"""Sample files for the demo, made by code: handouts, pictures, a video, 3D models."""
