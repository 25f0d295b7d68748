"""The tool `infra.check`: Terraform and Kubernetes files read and looked through, without asking any cloud."""
