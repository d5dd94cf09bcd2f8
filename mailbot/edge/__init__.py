"""The edge: one room for each thing outside (mail formats, servers, templates); its rooms do not know each other."""
