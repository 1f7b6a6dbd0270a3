"""How users prove who they are: codes by SMS, second factors, stages, and devices that did so before."""
